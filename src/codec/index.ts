export { aesGcmCodec, type AesGcmOptions } from "./aes-gcm-codec.ts";
export type { PayloadCodec } from "./payload-codec.ts";
export { withCodec } from "./with-codec.ts";
