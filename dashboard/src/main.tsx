import "../styles/app.css";
import { render } from "preact";
import { App } from "./shell/app.tsx";
import { openSession } from "./shell/session.ts";

render(<App />, document.getElementById("app") as HTMLElement);
void openSession();
