export function StudyView({ name }: { name: string }) {
  return <h1>{name}</h1>;
}
