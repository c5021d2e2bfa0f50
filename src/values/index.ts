export * from "./decode.ts";
export * from "./describe-argument.ts";
export * from "./duration.ts";
export * from "./encode.ts";
export * from "./names.ts";
export * from "./random-id.ts";
export * from "./seeded-random.ts";
export * from "./version.ts";
