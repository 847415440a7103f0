/** Which control or layout draws which element of a form. */
import {
  type JsonFormsRendererRegistryEntry,
  type JsonSchema,
  type Tester,
  and,
  isAnyOfControl,
  isBooleanControl,
  isCategorization,
  isEnumControl,
  isIntegerControl,
  isNumberControl,
  isObjectControl,
  isOneOfControl,
  isOneOfEnumControl,
  isStringControl,
  or,
  rankWith,
  schemaMatches,
  schemaTypeIs,
  uiTypeIs,
} from "@jsonforms/core";
import {
  withJsonFormsAnyOfProps,
  withJsonFormsArrayLayoutProps,
  withJsonFormsControlProps,
  withJsonFormsDetailProps,
  withJsonFormsEnumProps,
  withJsonFormsLabelProps,
  withJsonFormsLayoutProps,
  withJsonFormsMultiEnumProps,
  withJsonFormsOneOfEnumProps,
  withJsonFormsOneOfProps,
} from "@jsonforms/react";
import { ArrayControl, SeveralControl } from "./arrays";
import { BooleanControl, ChoiceControl, NumberControl, TextControl } from "./controls";
import {
  GroupLayout,
  HorizontalLayout,
  LabelText,
  ObjectControl,
  Tabs,
  VerticalLayout,
} from "./layouts";
import { AnyOfControl, OneOfControl } from "./variants";

const isList: Tester = and(
  or(uiTypeIs("Control"), uiTypeIs("ListWithDetail")),
  schemaTypeIs("array"),
);

const hasChoices = (items: JsonSchema["items"]) =>
  items !== undefined && !Array.isArray(items) && (items.enum ?? items.oneOf) !== undefined;

const isSeveral: Tester = and(
  uiTypeIs("Control"),
  schemaTypeIs("array"),
  schemaMatches((schema) => schema.uniqueItems === true && hasChoices(schema.items)),
);

const entry = (
  rank: number,
  tester: Tester,
  renderer: JsonFormsRendererRegistryEntry["renderer"],
): JsonFormsRendererRegistryEntry => ({ tester: rankWith(rank, tester), renderer });

export const renderers: JsonFormsRendererRegistryEntry[] = [
  entry(1, isStringControl, withJsonFormsControlProps(TextControl)),
  entry(2, or(isNumberControl, isIntegerControl), withJsonFormsControlProps(NumberControl)),
  entry(2, isBooleanControl, withJsonFormsControlProps(BooleanControl)),
  entry(3, isObjectControl, withJsonFormsDetailProps(ObjectControl)),
  entry(4, isOneOfControl, withJsonFormsOneOfProps(OneOfControl)),
  entry(4, isAnyOfControl, withJsonFormsAnyOfProps(AnyOfControl)),
  entry(5, isEnumControl, withJsonFormsEnumProps(ChoiceControl)),
  entry(6, isOneOfEnumControl, withJsonFormsOneOfEnumProps(ChoiceControl)),
  entry(5, isList, withJsonFormsArrayLayoutProps(ArrayControl)),
  entry(7, isSeveral, withJsonFormsMultiEnumProps(SeveralControl)),
  entry(1, uiTypeIs("VerticalLayout"), withJsonFormsLayoutProps(VerticalLayout)),
  entry(1, uiTypeIs("HorizontalLayout"), withJsonFormsLayoutProps(HorizontalLayout)),
  entry(1, uiTypeIs("Group"), withJsonFormsLayoutProps(GroupLayout)),
  entry(1, uiTypeIs("Label"), withJsonFormsLabelProps(LabelText)),
  entry(2, isCategorization as unknown as Tester, withJsonFormsLayoutProps(Tabs)),
];
