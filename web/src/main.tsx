import { render } from "preact";
import { Frame } from "./frame/frame.tsx";
import { loadSession } from "./parts/session.ts";

void loadSession().finally(() => render(<Frame />, document.getElementById("page")!));
