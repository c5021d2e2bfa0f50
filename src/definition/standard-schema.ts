/** The part of the Standard Schema interface that Perdure uses: any library that implements it will do. */
export interface Schema<T, I = T> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
    /** Of what it takes and what it gives; there is no value behind it. */
    readonly types?: { readonly input: I; readonly output: T } | undefined;
  };
}

/** What a schema says of a value: what it made of it, or what is wrong with it. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that a schema found wrong. */
export interface SchemaIssue {
  readonly message: string;
  /** Where in the value: keys, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type AnySchema = Schema<unknown>;

/** What a schema gives. */
export type SchemaOutput<S extends AnySchema> = S extends Schema<infer T, infer _I> ? T : never;

/** What a schema takes; of one that does not declare it, the same as what it gives. */
export type SchemaInput<S extends AnySchema> = "types" extends keyof S["~standard"]
  ? S extends Schema<infer _T, infer I>
    ? I
    : never
  : SchemaOutput<S>;
