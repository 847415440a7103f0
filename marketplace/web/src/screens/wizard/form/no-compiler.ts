/**
 * Stands in for the validator that JSON Forms would take by default: that one compiles schemas into
 * code, which this page's policy forbids. Forms are given one of their own.
 */
export default function compiler(): never {
  throw new Error("forms validate without compiling code");
}
