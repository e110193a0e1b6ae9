/*
 * The floor on PostgreSQL: libpq by itself, prepared statements and binary results, every value read, nothing kept.
 * Started with a connection string; each line it reads is "scenario calls first", each line it writes is "microseconds cpu sum".
 */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double cpu(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static uint32_t of_text(const char *text, int length) {
  return length * 31 + (unsigned char)text[length - 1] + (unsigned char)text[length >> 1] * 7;
}

static int32_t int_at(PGresult *result, int row, int column) {
  uint32_t raw;
  memcpy(&raw, PQgetvalue(result, row, column), 4);
  return (int32_t)ntohl(raw);
}

static uint32_t read_user(PGresult *result, int row) {
  uint32_t raw = (uint32_t)int_at(result, row, 4);
  float score;
  memcpy(&score, &raw, 4);
  double sum = int_at(result, row, 0) * 7.0 + int_at(result, row, 3) * 3.0 + score * 2.0 +
               of_text(PQgetvalue(result, row, 1), PQgetlength(result, row, 1)) +
               of_text(PQgetvalue(result, row, 2), PQgetlength(result, row, 2)) * 5.0;
  return (uint32_t)(int64_t)sum;
}

static uint32_t read_row(PGresult *result, int row) { return read_user(result, row) * 2654435761u; }

static uint32_t read_text(PGresult *result, int row) {
  return of_text(PQgetvalue(result, row, 0), PQgetlength(result, row, 0)) * 2654435761u;
}

static PGresult *checked(PGconn *connection, PGresult *result) {
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail(PQerrorMessage(connection));
  return result;
}

static const char *by_id_of(int index, uint32_t *id) {
  *id = htonl((uint32_t)((int64_t)index * 7919 % 10000 + 1));
  return (const char *)id;
}

/* One after the other. */
static uint32_t one_by_one(PGconn *connection, const char *name, int is_by_id, int calls, int first, uint32_t (*read)(PGresult *, int)) {
  uint32_t sum = 0, id;
  for (int index = first; index < first + calls; index++) {
    const char *values[1] = {by_id_of(index, &id)};
    int lengths[1] = {4}, formats[1] = {1};
    PGresult *result = checked(connection, PQexecPrepared(connection, name, is_by_id, values, lengths, formats, 1));
    int rows = PQntuples(result);
    for (int row = 0; row < rows; row++) sum += read(result, row);
    PQclear(result);
  }
  return sum;
}

/* Groups of so many, each with one Sync: what one connection can do at most. */
static uint32_t pipelined(PGconn *connection, int group, int calls, int first) {
  uint32_t sum = 0, id;
  if (!PQenterPipelineMode(connection)) fail(PQerrorMessage(connection));
  for (int index = first; index < first + calls; index += group) {
    int size = index + group > first + calls ? first + calls - index : group;
    for (int of = 0; of < size; of++) {
      const char *values[1] = {by_id_of(index + of, &id)};
      int lengths[1] = {4}, formats[1] = {1};
      if (!PQsendQueryPrepared(connection, "by-id", 1, values, lengths, formats, 1)) fail(PQerrorMessage(connection));
    }
    if (!PQpipelineSync(connection)) fail(PQerrorMessage(connection));
    for (int of = 0; of < size; of++) {
      PGresult *result = checked(connection, PQgetResult(connection));
      sum += read_user(result, 0);
      PQclear(result);
      PQgetResult(connection);
    }
    PQclear(PQgetResult(connection));
  }
  PQexitPipelineMode(connection);
  return sum;
}

/* Row by row as they come. */
static uint32_t streamed(PGconn *connection) {
  uint32_t sum = 0;
  if (!PQsendQueryPrepared(connection, "models", 0, NULL, NULL, NULL, 1) || !PQsetSingleRowMode(connection)) fail(PQerrorMessage(connection));
  for (PGresult *result; (result = PQgetResult(connection)) != NULL;) {
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) sum += read_row(result, 0);
    else checked(connection, result);
    PQclear(result);
  }
  return sum;
}

/* So many rows that the server makes by itself: no client, no parameters. */
static void inserted(PGconn *connection, int rows) {
  char text[256];
  snprintf(text, sizeof text,
           "INSERT INTO bench_users (name, email, age, score) SELECT 'user' || i, 'user' || i || '@example.com', 25 + i %% 50, 85.5 + i %% 15 "
           "FROM generate_series(0, %d) AS n(i)",
           rows - 1);
  PQclear(checked(connection, PQexec(connection, text)));
}

int main(int count, char **arguments) {
  if (count != 2) fail("usage: libpq 'connection string'");
  PGconn *connection = PQconnectdb(arguments[1]);
  if (PQstatus(connection) != CONNECTION_OK) fail(PQerrorMessage(connection));
  PQclear(checked(connection, PQexec(connection, "SET synchronous_commit = off")));
  PQclear(checked(connection, PQprepare(connection, "by-id", "SELECT id, name, email, age, score FROM bench_users WHERE id = $1::int", 1, NULL)));
  PQclear(checked(connection, PQprepare(connection, "models", "SELECT id, name, email, age, score FROM bench_users", 0, NULL)));
  PQclear(checked(connection, PQprepare(connection, "column", "SELECT email FROM bench_users", 0, NULL)));
  printf("ready %d\n", PQbackendPID(connection));
  fflush(stdout);
  char scenario[32];
  int calls, first;
  while (scanf("%31s %d %d", scenario, &calls, &first) == 3) {
    uint32_t sum = 0;
    int size = 0;
    double cpu_before = cpu(), start = now();
    if (strcmp(scenario, "by-id") == 0) sum = one_by_one(connection, "by-id", 1, calls, first, read_user);
    else if (strcmp(scenario, "models") == 0 || strcmp(scenario, "tuples") == 0) sum = one_by_one(connection, "models", 0, calls, first, read_row);
    else if (strcmp(scenario, "column") == 0) sum = one_by_one(connection, "column", 0, calls, first, read_text);
    else if (sscanf(scenario, "concurrent-%d", &size) == 1) sum = pipelined(connection, size, calls, first);
    else if (sscanf(scenario, "bulk-%d", &size) == 1)
      for (int call = 0; call < calls; call++) inserted(connection, size);
    else
      for (int call = 0; call < calls; call++) sum += streamed(connection);
    double time = now() - start;
    printf("%.3f %.3f %d\n", time, cpu() - cpu_before, (int32_t)sum);
    fflush(stdout);
  }
  PQfinish(connection);
  return 0;
}
