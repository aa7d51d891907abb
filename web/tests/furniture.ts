// What jsdom lacks and the pages ask for. It must be there before the first module of the console is.

// Nothing has a size here, and the wide table shows only rows that fit: so it is a phone, with lists.
// Nothing moves, so that what is closed is gone.
globalThis.matchMedia = (media) => ({ matches: /max-width|reduced-motion/.test(media), media, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.scrollTo = () => undefined;
Object.defineProperty(document, 'fonts', { value: new EventTarget() });
Element.prototype.scrollIntoView = () => undefined;

/** Node's requests take whole addresses only; in a browser they are the page's. */
globalThis.Request = class extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, window.location.origin) : input, init);
  }
};
