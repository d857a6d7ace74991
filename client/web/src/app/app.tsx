// The page's frame: navigation, the view that the address names, the drop target for trace files.
import type { ComponentChildren } from "preact";
import { FileView } from "../views/file/file_view";
import { GalleryView } from "../views/gallery/gallery_view";
import { NewRunView } from "../views/new_run/new_run_view";
import { RunView } from "../views/run/run_view";
import { RunsView } from "../views/runs/runs_view";
import { StudiesView } from "../views/studies/studies_view";
import "../views/data/data.css";
import "../views/model/model.css";
import { StudyView } from "../views/studies/study_view";
import { whyNotReady } from "../wire/readiness";
import { connection } from "../wire/watch";
import { DropTarget } from "./drop_target";
import { KeyHelp } from "./keys";
import { LogIn, loggedOut, WhoAmI } from "./log_in";
import { Notices } from "./notices";
import { lazy } from "./lazy";
import { href, place } from "./router";
import { theme } from "./theme";

const DataView = lazy(async () => (await import("../views/data/datasets_view")).DataView);
const FitView = lazy(async () => (await import("../views/fit/fit_view")).FitView);

function View() {
  const { path } = place.value;
  const [room = "gallery", id] = path;
  switch (room) {
    case "gallery":
      return <GalleryView />;
    case "new":
      return <NewRunView />;
    case "runs":
      return id ? <RunView key={id} name={`runs/${id}`} /> : <RunsView />;
    case "studies":
      return id ? <StudyView key={id} name={`studies/${id}`} /> : <StudiesView />;
    case "data":
      return <DataView id={id} />;
    case "fit":
      return <FitView />;
    case "file":
      return <FileView />;
    default:
      return <p class="empty">There is no page “{path.join("/")}”.</p>;
  }
}

function Link({ to, children }: { to: string; children: ComponentChildren }) {
  const here = (place.value.path[0] ?? "gallery") === to;
  return (
    <a href={href(to)} aria-current={here ? "page" : undefined}>
      {children}
    </a>
  );
}

function ThemeButton() {
  const next = { auto: "light", light: "dark", dark: "auto" } as const;
  const signs = { auto: "◐", light: "☀", dark: "☾" } as const;
  return (
    <button
      type="button"
      class="plain"
      title={`Colours: ${theme.value}`}
      aria-label={`Colours: ${theme.value}. Change to ${next[theme.value]}`}
      onClick={() => (theme.value = next[theme.value])}
    >
      {signs[theme.value]}
    </button>
  );
}

export function App() {
  return (
    <DropTarget>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="bar">
        <a class="brand" href={href("gallery")}>
          Thalweg
        </a>
        <nav aria-label="Main">
          <Link to="gallery">Gallery</Link>
          <Link to="new">New run</Link>
          <Link to="fit">New fit</Link>
          <Link to="runs">Runs</Link>
          <Link to="studies">Studies</Link>
          <Link to="data">Data</Link>
        </nav>
        <WhoAmI />
        <ThemeButton />
      </header>
      {connection.value === "lost" && !loggedOut.value && (
        <p class="banner" role="alert">
          The server cannot be reached; trying again. Nothing is lost.
        </p>
      )}
      {whyNotReady.value === "storage full" && (
        <p class="banner" role="alert">
          The server's disk is full: runs wait, and go on by themselves once there is room. Nothing is lost.
        </p>
      )}
      <main id="main" tabIndex={-1}>
        <View />
      </main>
      <footer>
        <a href="licences.txt">Licences</a> · <kbd>?</kbd> for keys · drop a trace file anywhere to open it
      </footer>
      <LogIn />
      <Notices />
      <KeyHelp />
    </DropTarget>
  );
}
