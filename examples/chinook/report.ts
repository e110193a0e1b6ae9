/** The sales report of a digital media store: `npm start` runs this. */
import type { Engine } from "petrel";
import {
  bestCustomers,
  bestSellingArtists,
  bestSellingGenres,
  employeeTree,
  invoicesAboveAverage,
  overview,
  quietCustomers,
  revenueByCountry,
} from "./figures.ts";
import { openStore } from "./open.ts";
import { reportLines, type Figures } from "./print.ts";

const halfAYearMs = 182 * 24 * 60 * 60 * 1000;

const figuresOf = async (engine: Engine): Promise<Figures> => {
  const sales = await overview(engine);
  const quietSince = new Date(sales.lastSale.getTime() - halfAYearMs);
  return {
    overview: sales,
    countries: await revenueByCountry(engine),
    customers: await bestCustomers(engine, 8),
    artists: await bestSellingArtists(engine, 8),
    genres: await bestSellingGenres(engine, 8),
    bigInvoices: await invoicesAboveAverage(engine),
    quietSince,
    quietCustomers: await quietCustomers(engine, quietSince),
    employees: await employeeTree(engine),
  };
};

await using store = await openStore();
const started = performance.now();
const figures = await figuresOf(store.engine);
const elapsedMs = performance.now() - started;
console.log(reportLines(figures).join("\n"));
console.log(`\n${store.engine.statementCount} statements, ${elapsedMs.toFixed(0)} ms.`);
