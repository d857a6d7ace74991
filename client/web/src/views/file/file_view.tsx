// A trace file that was dropped or chosen, shown as a run is, without a server.
import { opened, openFile } from "../../app/drop_target";
import { RunPage } from "../run/run_page";

export function FileView() {
  const file = opened.value;
  return (
    <>
      <p class="row">
        <label>
          Open a trace file{" "}
          <input
            type="file"
            accept=".json,.jsonl,.ndjson,.csv,.txt"
            onChange={({ currentTarget }) => {
              const chosen = currentTarget.files?.[0];
              if (chosen) void openFile(chosen);
            }}
          />
        </label>
        {file && <span class="quiet">{file.name}</span>}
      </p>
      {file ? (
        <RunPage key={file.name} model={file.model} online={false} />
      ) : (
        <p class="empty">
          Drop a trace here: what “Export” writes, or what <code>thalweg minimize … --json</code> prints.
        </p>
      )}
    </>
  );
}
