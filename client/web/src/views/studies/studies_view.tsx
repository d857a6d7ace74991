export function StudiesView() {
  return <h1>StudiesView</h1>;
}
