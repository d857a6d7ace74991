// An input whose text is kept as typed while its meaning is what counts: "0." does not become "0".
import { useRef, useState } from "preact/hooks";
import type { ControlProps } from "./field";

interface TypedInputProps<Value> {
  control: ControlProps;
  value: Value | undefined;
  /** The value a text stands for; undefined where it is empty. */
  read: (text: string) => Value | undefined;
  write: (value: Value) => string;
  onValue: (value: Value | undefined) => void;
  placeholder?: string;
  inputMode?: "decimal" | "text";
}

export function TypedInput<Value>(props: TypedInputProps<Value>) {
  const { control, value, read, write, onValue, placeholder, inputMode = "text" } = props;
  const shownFor = (of: Value | undefined) => (of === undefined ? "" : write(of));
  const [text, setText] = useState(shownFor(value));
  const given = useRef(shownFor(value)); // what the value was last seen as
  const now = shownFor(value);
  // Changed from outside: what was typed is not what is meant any more.
  if (now !== given.current) {
    given.current = now;
    if (shownFor(read(text)) !== now) setText(now);
  }
  return (
    <input
      {...control}
      type="text"
      class="mono"
      inputMode={inputMode}
      autocomplete="off"
      spellcheck={false}
      value={text}
      placeholder={placeholder}
      onInput={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        onValue(typed.trim() === "" ? undefined : read(typed));
      }}
    />
  );
}
