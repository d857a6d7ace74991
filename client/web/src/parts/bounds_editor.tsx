// Least and greatest values of the unknowns.
import type { Problem } from "../wire/problem";
import { PointEditor } from "./point_editor";
import type { Shaped, Texts } from "./point_text";

interface BoundsEditorProps {
  variables: Shaped[];
  lower: Texts;
  upper: Texts;
  onLower: (texts: Texts) => void;
  onUpper: (texts: Texts) => void;
  problem?: Problem;
  /** The objective's place in the request: "run.objective". */
  field: string;
}

export function BoundsEditor({ variables, lower, upper, onLower, onUpper, problem, field }: BoundsEditorProps) {
  const all = { variables, infinite: true, problem };
  const none = () => "none";
  return (
    <div class="bounds-editor">
      <PointEditor {...all} label="Least" texts={lower} onTexts={onLower} placeholder={none} field={`${field}.lower`} />
      <PointEditor {...all} label="Greatest" texts={upper} onTexts={onUpper} placeholder={none} field={`${field}.upper`} />
    </div>
  );
}
