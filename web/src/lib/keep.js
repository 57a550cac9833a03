// Choices of the reader: language and scheme stay in the browser, a key only until the tab is closed.

function read(storage, name) {
  try {
    return storage.getItem(name);
  } catch {
    return null; // storage is switched off
  }
}

function write(storage, name, value) {
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, value);
  } catch {
    // The choice lasts until the page is left.
  }
}

export const kept = (name) => read(localStorage, `weir.${name}`);
export const keep = (name, value) => write(localStorage, `weir.${name}`, value);
export const keptForTab = (name) => read(sessionStorage, `weir.${name}`);
export const keepForTab = (name, value) => write(sessionStorage, `weir.${name}`, value);
