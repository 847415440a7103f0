/** Who may build what. */
import type { BuilderFragment } from "./rights.query";

type Viewer = Pick<BuilderFragment["authenticatedUser"], "customer"> & { role: { name: string } };

type Leave = "allowEmbeddedDesigner" | "allowEmbeddedWorkflowBuilder";

/** Whether there is anything for this viewer: the organization has to let customers build. */
export function maySee({ customer, role }: Viewer, leave: Leave): boolean {
  if (role.name === "Marketplace User") return false;
  return customer === null || customer[leave];
}

export function mayCreate({ customer }: Pick<Viewer, "customer">, leave: Leave): boolean {
  if (customer === null) return false;
  return customer[leave] && customer.allowAddIntegration;
}
