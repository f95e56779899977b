/**
 * The header fields of a request or response, in their order, as they were sent. Names are compared without regard
 * to case; names such as `__proto__` are names like any other.
 */
export class HeaderList implements Iterable<readonly [name: string, value: string]> {
  /** Names and values in turn. */
  #pairs: readonly string[];

  constructor(fields: readonly (readonly [name: string, value: string])[]) {
    this.#pairs = fields.flat();
  }

  /** From names and values in turn, as node:http gives them in `rawHeaders`; they are kept, not copied. */
  static fromPairs(pairs: readonly string[]): HeaderList {
    const list = new HeaderList([]);
    list.#pairs = pairs;
    return list;
  }

  get size(): number {
    return this.#pairs.length >> 1;
  }

  /** The values of all fields of that name, in order. */
  all(name: string): string[] {
    const pairs = this.#pairs;
    let values: string[] | undefined;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const field = pairs[i]!;
      if (field.length !== name.length) continue;
      if (field !== name && field.toLowerCase() !== name.toLowerCase()) continue;
      // An array that is made by pushing has room for many.
      if (values === undefined) values = [pairs[i + 1]!];
      else values.push(pairs[i + 1]!);
    }
    return values ?? [];
  }

  /** The value of the field of that name, several of them joined as a list; undefined where there is none. */
  get(name: string): string | undefined {
    const values = this.all(name);
    return values.length > 1 ? values.join(", ") : values[0];
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    const pairs = this.#pairs;
    for (let i = 0; i + 1 < pairs.length; i += 2) yield [pairs[i]!, pairs[i + 1]!];
  }
}
