/** A hash that grows with what is added; 53 bits, for telling states apart, not for secrets. */
export class HashedText {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  add(text: string): void {
    let a = this.#a;
    let b = this.#b;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      a = Math.imul(a ^ code, 2_654_435_761);
      b = Math.imul(b ^ code, 1_597_334_677);
    }
    this.#a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
    this.#b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  }

  get value(): string {
    return (4_294_967_296 * (2_097_151 & this.#b) + (this.#a >>> 0)).toString(36);
  }
}
