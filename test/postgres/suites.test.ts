// What sessions and transactions promise on every database, on PostgreSQL.
import { askingAtOnceSuite } from "../suites/asking-at-once-suite.ts";
import { compositeKeysSuite } from "../suites/composite-keys-suite.ts";
import { generatedSuite } from "../suites/generated-suite.ts";
import { insertFromSuite } from "../suites/insert-from-suite.ts";
import { filesSuite } from "../suites/files-suite.ts";
import { manyMembersSuite } from "../suites/many-members-suite.ts";
import { manyRowsSuite } from "../suites/many-rows-suite.ts";
import { sessionSuite } from "../suites/session-suite.ts";
import { softDeleteSuite } from "../suites/soft-delete-suite.ts";
import { transactionSuite } from "../suites/transaction-suite.ts";
import { unitOfWorkRandomSuite } from "../suites/unit-of-work-random-suite.ts";
import { unitOfWorkSuite } from "../suites/unit-of-work-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines({ settings: { deadlock_timeout: "20ms" } });

sessionSuite({ name: "PostgreSQL", open });
unitOfWorkSuite({ name: "PostgreSQL", open });
askingAtOnceSuite({ name: "PostgreSQL", open });
unitOfWorkRandomSuite({ name: "PostgreSQL", open, graphs: 20, runs: 10 });
softDeleteSuite({ name: "PostgreSQL", open });
compositeKeysSuite({ name: "PostgreSQL", open });
filesSuite({ name: "PostgreSQL", open });
manyMembersSuite({ name: "PostgreSQL", open });
generatedSuite({ name: "PostgreSQL", open });
insertFromSuite({ name: "PostgreSQL", open });
manyRowsSuite({ name: "PostgreSQL", open });
transactionSuite({ name: "PostgreSQL", open, readsBesideWriter: true });
