// Sends one form with fetch, as browsers do. Arguments: URL, name of the file.
const [url, fileName] = process.argv.slice(2);
const form = new FormData();
form.set("model", "lab/ear");
form.set("file", new File([new Uint8Array([82, 73, 70, 70, 13, 10, 255])], fileName, { type: "audio/wav" }));
await fetch(url, { method: "POST", body: form });
