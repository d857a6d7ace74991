import { render } from "preact";
import { App } from "./app/app";
import { startKeys } from "./app/keys";
import { startLogIn } from "./app/log_in";
import { startRouter } from "./app/router";
import { startTheme } from "./app/theme";
import "./style/base.css";
import { keepAskingReadiness } from "./wire/readiness";

startTheme();
startRouter();
startKeys();
keepAskingReadiness();
startLogIn();
render(<App />, document.getElementById("app") as HTMLElement);
