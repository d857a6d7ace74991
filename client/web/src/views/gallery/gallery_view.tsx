export function GalleryView() {
  return <h1>GalleryView</h1>;
}
