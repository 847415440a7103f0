/** Which screen stands at which address. */
import { type ReactElement, lazy } from "react";
import { MarketplaceScreen } from "@/screens/marketplace/list";
import { NoScreen } from "@/screens/not-found";
import { parts } from "./router";

const IntegrationScreen = lazy(() => import("@/screens/integration/integration"));
const ActivateScreen = lazy(() => import("@/screens/integration/activate"));
const InstanceScreen = lazy(() => import("@/screens/instance/instance"));
const WizardScreen = lazy(() => import("@/screens/wizard/wizard"));
const ConnectionsScreen = lazy(() => import("@/screens/connections/list"));
const ConnectionScreen = lazy(() => import("@/screens/connections/detail"));
const DashboardScreen = lazy(() => import("@/screens/dashboard/dashboard"));
const LogsScreen = lazy(() => import("@/screens/logs/screen"));
const ComponentsScreen = lazy(() => import("@/screens/components/list"));
const ComponentScreen = lazy(() => import("@/screens/components/detail"));
const WorkflowsScreen = lazy(() => import("@/screens/workflows/list"));
const WorkflowScreen = lazy(() => import("@/screens/workflows/detail"));
const DesignsScreen = lazy(() => import("@/screens/designer/list"));
const DesignScreen = lazy(() => import("@/screens/designer/detail"));
const FindScreen = lazy(() => import("@/screens/find"));

interface Screen {
  /** The page of the phrases. */
  namespace: string | undefined;
  element: ReactElement;
}

export function screenAt(path: string): Screen {
  const [root = "", id, more, detail] = parts(path);
  switch (root) {
    case "integration-marketplace":
      if (id === undefined) {
        return { namespace: "integration-marketplace", element: <MarketplaceScreen /> };
      }
      return more === "activate"
        ? { namespace: "integration-marketplace", element: <ActivateScreen id={id} /> }
        : { namespace: "integrations.id", element: <IntegrationScreen id={id} /> };
    case "instances":
      if (id === undefined) break;
      return {
        namespace: "integrations.id",
        element: <InstanceScreen key={id} id={id} tab={more} detail={detail} />,
      };
    case "configure-instance":
      if (id === undefined) break;
      return { namespace: undefined, element: <WizardScreen key={id} id={id} /> };
    case "customer-connections":
      return {
        namespace: undefined,
        element:
          id === undefined ? (
            <ConnectionsScreen />
          ) : (
            <ConnectionScreen key={id} id={id} tab={more} />
          ),
      };
    case "dashboard":
      return { namespace: "dashboard", element: <DashboardScreen tab={id} detail={more} /> };
    case "logs":
      return { namespace: "integrations.id.logs", element: <LogsScreen /> };
    case "components":
      return {
        namespace: "components",
        element: id === undefined ? <ComponentsScreen /> : <ComponentScreen key={id} id={id} />,
      };
    case "workflows":
      return { namespace: "workflows", element: <WorkflowsScreen /> };
    case "builder":
      if (id === undefined) break;
      return {
        namespace: undefined,
        element: <WorkflowScreen key={id} id={id} tab={more} detail={detail} />,
      };
    case "designer":
    case "integrations":
      return {
        namespace: id === undefined ? "integrations" : "integrations.id",
        element: id === undefined ? <DesignsScreen /> : <DesignScreen key={id} id={id} tab={more} />,
      };
    case "find-integration-marketplace":
      return { namespace: "app.marketplace-not-found", element: <FindScreen /> };
  }
  return { namespace: undefined, element: <NoScreen /> };
}
