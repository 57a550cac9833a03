// Pictures, sound and video of answers, as addresses that the page may show.
import { useEffect, useState } from "../lib/html.js";

const types = [
  ["iVBOR", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lG", "image/gif"],
  ["UklGR", "image/webp"],
];

/** The bytes of base64 text as a Blob; its type by its first bytes unless it is given. */
export function blobOfBase64(text, type) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: type || types.find(([start]) => text.startsWith(start))?.[1] || "application/octet-stream" });
}

/** The Blob of a data: address with a picture or video, or null for any other. SVG is a document, not a picture. */
export function blobOfDataUrl(url) {
  const match = /^data:((?:image|video)\/(?!svg)[\w.+-]+)[^,]*;base64,(.*)$/is.exec(url);
  return match ? blobOfBase64(match[2], match[1]) : null;
}

/** An address of `blob` for as long as it is shown. */
export function useBlobUrl(blob) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    if (!blob) return setUrl(null);
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}

/** A file as a data: address. */
export const dataUrlOf = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(reader.error.message));
    reader.readAsDataURL(file);
  });

/** The address if it is one of the web, or null: an upstream does not choose what else a click starts. */
export const linkOf = (url) => (/^https?:\/\//i.test(url || "") ? url : null);

/** The Blob of a picture in an answer of the images API ({ b64_json } or { url }), or its address on the web; neither: it cannot be shown. */
export function pictureOf(item) {
  if (item.b64_json) return { blob: blobOfBase64(item.b64_json) };
  const blob = item.url && blobOfDataUrl(item.url);
  return blob ? { blob } : { link: linkOf(item.url) };
}
