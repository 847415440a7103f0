import { expect, test } from "vitest";
import { mayCreate, maySee } from "./rights";

const leave = {
  id: "c",
  allowEmbeddedDesigner: false,
  allowEmbeddedWorkflowBuilder: true,
  allowAddIntegration: true,
};

test.each([
  [leave, "Marketplace Admin", true, true],
  [{ ...leave, allowAddIntegration: false }, "Member", true, false],
  [{ ...leave, allowEmbeddedWorkflowBuilder: false }, "Admin", false, false],
  [leave, "Marketplace User", false, true],
  [null, "Owner", true, false],
])("%o as %s sees workflows: %s, creates: %s", (customer, name, sees, creates) => {
  expect(maySee({ customer, role: { name } }, "allowEmbeddedWorkflowBuilder")).toBe(sees);
  expect(mayCreate({ customer }, "allowEmbeddedWorkflowBuilder")).toBe(creates);
});

test("leave to build workflows is none to build integrations", () => {
  const viewer = { customer: leave, role: { name: "Marketplace Admin" } };
  expect(maySee(viewer, "allowEmbeddedDesigner")).toBe(false);
  expect(mayCreate(viewer, "allowEmbeddedDesigner")).toBe(false);
  const designer = { ...viewer, customer: { ...leave, allowEmbeddedDesigner: true } };
  expect(maySee(designer, "allowEmbeddedDesigner")).toBe(true);
  expect(mayCreate(designer, "allowEmbeddedDesigner")).toBe(true);
});
