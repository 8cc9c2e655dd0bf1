// What the page fetches from its server by HTTP, with the token where one is needed.

const STORED = "magnet-live.token";

export class Server {
  constructor(place = location) {
    this.place = place;
    this.token = new URLSearchParams(place.hash.slice(1)).get("token") ?? sessionStorage.getItem(STORED);
  }

  // The address of the stream.
  get socket() {
    return `${this.place.protocol === "https:" ? "wss" : "ws"}://${this.place.host}/ws`;
  }

  remember(token) {
    this.token = token;
    sessionStorage.setItem(STORED, token);
  }

  // Return the address of a path, with the token: a link that is dragged out can send no header.
  link(path) {
    if (!this.token) return path;
    return `${path}${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(this.token)}`;
  }

  // Return what is at a path as JSON; null where there is nothing.
  async fetchJson(path) {
    const headers = { Accept: "application/json" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    try {
      const answer = await fetch(path, { headers });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // the server is gone; the connection says so
    }
  }
}
