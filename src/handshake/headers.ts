/**
 * The header fields of a request or response, in their order, as they were sent. Names are compared without regard
 * to case; names such as `__proto__` are names like any other.
 */
export class HeaderList implements Iterable<readonly [name: string, value: string]> {
  readonly #fields: readonly (readonly [string, string])[];

  constructor(fields: readonly (readonly [name: string, value: string])[]) {
    this.#fields = fields;
  }

  /** From names and values in turn, as node:http gives them in `rawHeaders`. */
  static fromPairs(pairs: readonly string[]): HeaderList {
    const fields: (readonly [string, string])[] = [];
    for (let i = 0; i + 1 < pairs.length; i += 2) fields.push([pairs[i]!, pairs[i + 1]!]);
    return new HeaderList(fields);
  }

  get size(): number {
    return this.#fields.length;
  }

  /** The values of all fields of that name, in order. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (const [field, value] of this.#fields) {
      if (field.length === wanted.length && field.toLowerCase() === wanted) values.push(value);
    }
    return values;
  }

  /** The value of the field of that name, several of them joined as a list; undefined where there is none. */
  get(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  [Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    return this.#fields[Symbol.iterator]();
  }
}
