import { NotFound } from "@/ui/state";

export function NotFoundScreen() {
  return <NotFound isScreen />;
}
