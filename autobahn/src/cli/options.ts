import { readFileSync } from "node:fs";
import { allCases } from "../cases/index.ts";
import type { Case } from "../cases/case.ts";
import { quick, selectCases } from "../cases/select.ts";
import { type Expectation, parseExpectation } from "../report/expectation.ts";
import { ReportFolder } from "../report/write-reports.ts";
import { messageOf } from "../run/run-case.ts";
import { UserError } from "./user-error.ts";

/* Each turns what the user wrote into what the program works with, or says in one line what is wrong with it. */

export interface SelectionOptions {
  readonly cases: string;
  readonly exclude?: string | undefined;
  readonly quick?: boolean | undefined;
}

const patterns = (list: string | undefined): string[] =>
  (list ?? "")
    .split(",")
    .map((pattern) => pattern.trim())
    .filter(Boolean);

export function chooseCases({ cases, exclude, quick: few }: SelectionOptions): Case[] {
  try {
    const selected = selectCases(allCases, patterns(cases), patterns(exclude));
    return few ? selected.map(quick) : selected;
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}

export function openFolder(path: string): ReportFolder {
  try {
    return new ReportFolder(path);
  } catch (error) {
    throw new UserError(`cannot write reports to ${path}: ${messageOf(error)}`);
  }
}

export function readExpectation(path: string): Expectation {
  try {
    return parseExpectation(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`cannot use ${path} as expectation: ${messageOf(error)}`);
  }
}

/** For commander, which names the option in front of the message. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new UserError(`"${text}" is not a whole number from ${min} to ${max}`);
    }
    return value;
  };
}
