import { FilePage } from "../file/file-page.tsx";
import { InstancePage } from "../instance/instance-page.tsx";
import { InstancesPage } from "../instances/instances-page.tsx";
import { Empty } from "../show/empty.tsx";
import { HealthPage } from "../store/health-page.tsx";
import { NodesPage } from "../store/nodes-page.tsx";
import { QuarantinePage } from "../store/quarantine-page.tsx";
import { QueuesPage } from "../store/queues-page.tsx";
import { TrafficPage } from "../store/traffic-page.tsx";
import { LoginPage } from "./login-page.tsx";
import { href, route } from "./router.ts";
import { session } from "./session.ts";
import { Shell } from "./shell.tsx";

export function App() {
  const { path } = route.value;
  // A file needs no server, and so nobody's permission.
  if (path[0] === "file")
    return (
      <Shell>
        <FilePage tab={path[1]} />
      </Shell>
    );
  if (session.value === undefined) return <div aria-busy="true" />;
  if (session.value === null) return <LoginPage />;
  return (
    <Shell>
      <Page path={path} />
    </Shell>
  );
}

function Page({ path: [place = "instances", id, tab] }: { readonly path: readonly string[] }) {
  switch (place) {
    case "login":
    case "instances":
      return id === undefined ? <InstancesPage /> : <InstancePage key={id} id={id} tab={tab} />;
    case "quarantine":
      return <QuarantinePage />;
    case "queues":
      return <QueuesPage />;
    case "nodes":
      return <NodesPage />;
    case "health":
      return <HealthPage />;
    case "traffic":
      return <TrafficPage />;
    default:
      return (
        <Empty title="There is no such page">
          <p>
            <a href={href(["instances"])}>All instances</a>
          </p>
        </Empty>
      );
  }
}
