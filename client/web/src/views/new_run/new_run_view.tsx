export function NewRunView() {
  return <h1>NewRunView</h1>;
}
