/** The text of a module with all that it imports, as `runner-source.ts` makes it at build time. */
declare module '*?bundled' {
  const text: string;
  export default text;
}
