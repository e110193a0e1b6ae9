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

static PGresult *checked(PGconn *connection, PGresult *result) {
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail(PQerrorMessage(connection));
  return result;
}

int main(int count, char **arguments) {
  if (count != 2) fail("usage: libpq 'connection string'");
  PGconn *connection = PQconnectdb(arguments[1]);
  if (PQstatus(connection) != CONNECTION_OK) fail(PQerrorMessage(connection));
  PQclear(checked(connection, PQexec(connection, "SET synchronous_commit = off")));
  PQclear(checked(connection, PQprepare(connection, "by-id", "SELECT id, name, email, age, score FROM bench_users WHERE id = $1::int", 1, NULL)));
  PQclear(checked(connection, PQprepare(connection, "models", "SELECT id, name, email, age, score FROM bench_users", 0, NULL)));
  printf("ready %d\n", PQbackendPID(connection));
  fflush(stdout);
  char scenario[32];
  int calls, first;
  while (scanf("%31s %d %d", scenario, &calls, &first) == 3) {
    int by_id = strcmp(scenario, "by-id") == 0;
    uint32_t sum = 0;
    double cpu_before = cpu(), start = now();
    for (int index = first; index < first + calls; index++) {
      uint32_t id = htonl((uint32_t)((int64_t)index * 7919 % 10000 + 1));
      const char *values[1] = {(const char *)&id};
      int lengths[1] = {4}, formats[1] = {1};
      PGresult *result = checked(connection, PQexecPrepared(connection, scenario, by_id ? 1 : 0, values, lengths, formats, 1));
      int rows = PQntuples(result);
      for (int row = 0; row < rows; row++) sum += by_id ? read_user(result, row) : read_user(result, row) * 2654435761u;
      PQclear(result);
    }
    double time = now() - start;
    printf("%.3f %.3f %d\n", time, cpu() - cpu_before, (int32_t)sum);
    fflush(stdout);
  }
  PQfinish(connection);
  return 0;
}
