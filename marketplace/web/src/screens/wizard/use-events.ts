/** Tells the host what happens in the wizard: each thing once. */
import { useEffect, useRef } from "react";
import { useStore } from "@/app/store";
import { tellHost } from "@/host/channel";
import { isClosed } from "@/host/settings";
import type { Drafts } from "./draft";
import { eventConfigVars } from "./event-vars";
import { type Moment, type Told, eventOf } from "./events";
import { type Page, variablesOf } from "./model";
import type { WizardData } from "./use-wizard-data";

interface Scene {
  data: WizardData;
  drafts: Drafts;
  page: Page | undefined;
  isUserLevel: boolean;
  isReadOnly: boolean;
}

export type Tell = (moment: Moment) => void;

/** One showing of the wizard: it goes on when another version takes the place of the first. */
export interface Showing {
  isOpen: boolean;
  isOver: boolean;
  close: () => void;
}

export function useShowing(): Showing {
  const showing = useRef<Showing>({ isOpen: false, isOver: false, close: () => undefined }).current;
  useEffect(() => () => showing.close(), []);
  return showing;
}

export function useEvents(
  scene: Scene,
  showing: Showing,
  visit: number,
  isPageReady: boolean,
): Tell {
  const latest = useRef(scene);
  latest.current = scene;
  const told = useRef(-1);
  const tell = useRef<Tell>((moment) => {
    if (showing.isOver) return;
    if (moment === "CLOSED") showing.isOver = true;
    const event = eventOf(moment, toldOf(latest.current));
    if (event !== undefined) tellHost(event.name, event.data);
  }).current;
  useEffect(() => {
    if (!showing.isOpen) tell("OPENED");
    showing.isOpen = true;
    showing.close = () => tell("CLOSED");
    tell("LOADED");
  }, []);
  useEffect(() => {
    if (!isPageReady || told.current === visit) return;
    told.current = visit;
    tell("PAGE_LOADED");
  }, [isPageReady, visit]);
  const closed = useStore(isClosed);
  useEffect(() => {
    if (closed) tell("CLOSED");
  }, [closed]);
  return tell;
}

function toldOf({ data, drafts, page, isUserLevel, isReadOnly }: Scene): Told {
  const { instance, session, variables, userConfigId } = data;
  const { authenticatedUser: user } = session;
  return {
    facts: {
      customerId: instance.customer.id,
      customerName: instance.customer.name,
      instanceId: instance.id,
      instanceName: instance.name,
      integrationName: instance.integration.name,
      integrationVersionNumber: instance.integration.versionNumber ?? 0,
      readOnly: isReadOnly,
    },
    user: isUserLevel
      ? {
          ...(userConfigId === undefined ? {} : { userConfigId }),
          userId: user.id,
          userName: user.name,
          userEmail: user.email,
        }
      : undefined,
    configVars: eventConfigVars(variables, drafts),
    page: page && {
      pageName: page.name,
      pageContent: eventConfigVars(variablesOf(page), drafts),
    },
  };
}
