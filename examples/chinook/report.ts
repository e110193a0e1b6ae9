/** The sales report of a digital media store: `npm start` runs this. */
import { isPetrelError, type Engine } from "petrel";
import { readChoice, type Choice } from "./command-line.ts";
import { playDay, type Books } from "./day-of-sales.ts";
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
import { openPostgresStore } from "./open-postgres.ts";
import { openStore, type OpenedStore } from "./open.ts";
import { reportLines, type Figures } from "./print.ts";
import { StoreProblem } from "./store-problem.ts";
import { openTill, stock } from "./till.ts";

const halfAYearMs = 182 * 24 * 60 * 60 * 1000;

/** A day of sales on a till of its own, stocked from the store. */
const booksOf = async (engine: Engine, url: string | null): Promise<Books> => {
  await using till = await openTill(url);
  await stock(engine, till);
  return await playDay(till);
};

const figuresOf = async (engine: Engine, books: Books): Promise<Figures> => {
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
    books,
  };
};

const open = async ({ url, load }: Choice): Promise<OpenedStore> => {
  if (url === null) return openStore();
  const store = await openPostgresStore(url, { load });
  if (store.loadedRows > 0) console.error(`Loaded ${store.loadedRows} rows.\n`);
  return store;
};

const report = async (choice: Choice): Promise<void> => {
  await using store = await open(choice);
  const books = await booksOf(store.engine, choice.url);
  const statementsBefore = store.engine.statementCount;
  const started = performance.now();
  const figures = await figuresOf(store.engine, books);
  const elapsedMs = performance.now() - started;
  console.log(reportLines(figures).join("\n"));
  console.log(`\n${store.engine.statementCount - statementsBefore} statements, ${elapsedMs.toFixed(0)} ms.`);
};

try {
  await report(readChoice(process.argv.slice(2)));
} catch (error) {
  // Petrel's own errors are sentences too: a server that does not answer, a database that does not exist.
  if (!(error instanceof StoreProblem || isPetrelError(error))) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
