import { render } from "preact";
import { App } from "./app/app";
import { startKeys } from "./app/keys";
import { startRouter } from "./app/router";
import { startTheme } from "./app/theme";
import "./style/base.css";
import { keepAskingReadiness } from "./wire/readiness";

startTheme();
startRouter();
startKeys();
keepAskingReadiness();
render(<App />, document.getElementById("app") as HTMLElement);
