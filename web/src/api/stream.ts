/** One of the events that a server sends on a stream. */
export interface StreamEvent {
  name: string;
  data: string;
}

/** The events of an answer as they come. One that is cut off is none. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = block.split(/\r?\n/);
        const values = (name: string) => fields.filter((field) => field.startsWith(`${name}:`)).map((field) => field.slice(name.length + 1).replace(/^ /, ''));
        const data = values('data').join('\n');
        if (data !== '') yield { name: values('event').at(-1) ?? 'message', data };
      }
    }
  } finally {
    // Whoever stops reading lets the connection go; one that broke off is gone already.
    await reader.cancel().catch(() => undefined);
  }
}
