export function FileView() {
  return <h1>FileView</h1>;
}
