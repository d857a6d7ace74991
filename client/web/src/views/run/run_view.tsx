export function RunView({ name }: { name: string }) {
  return <h1>{name}</h1>;
}
