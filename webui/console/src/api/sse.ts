// Reading a stream of server-sent events (WHATWG HTML, section 9.2).

export interface SseMessage {
  event: string;
  data: string;
  id: string;
}

// Push text in as it comes; whole messages come out.
export class SseParser {
  private rest = '';
  private data: string[] = [];
  private event = '';
  private id = '';

  push(chunk: string): SseMessage[] {
    const messages: SseMessage[] = [];
    this.rest += chunk;
    // A lone CR at the end may be half of a CR LF.
    const whole = this.rest.endsWith('\r') ? this.rest.slice(0, -1) : this.rest;
    const lines = whole.split(/\r\n|\r|\n/);
    this.rest = lines.pop()! + this.rest.slice(whole.length);
    for (const line of lines) {
      if (line === '') {
        if (this.data.length || this.event) {
          messages.push({ event: this.event || 'message', data: this.data.join('\n'), id: this.id });
        }
        this.data = [];
        this.event = '';
        continue;
      }
      if (line.startsWith(':')) continue;
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') this.data.push(value);
      else if (field === 'event') this.event = value;
      else if (field === 'id' && !value.includes('\0')) this.id = value;
    }
    return messages;
  }
}

// Whether a kind fits one of the patterns: "session.ended" fits itself and "session.*".
export function fits(kind: string, pattern: string): boolean {
  return pattern.endsWith('.*') ? kind.startsWith(pattern.slice(0, -1)) : kind === pattern;
}
