/** A file of a declaration, named from the folder that it is written into. */
export interface DeclarationFile {
  readonly name: string;
  readonly content: string;
}
