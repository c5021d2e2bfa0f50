/**
 * Turns texts into what is stored instead of them, and back. `binding` names the place where a text belongs, such as an
 * event of an instance: what is found in another place must not decode.
 */
export interface PayloadCodec {
  /** Gives well-formed Unicode without NUL, such as base64: no other text is stored by every provider as it is. */
  encode(text: string, binding: string): string;
  /** Throws `CorruptPayloadError` for what this codec has not encoded for this place. */
  decode(stored: string, binding: string): string;
}
