package dev.lblc.simulation;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as a line of an access log has it: the gateway's own, as text or JSON, or the common log format, with or without the fields of
 * the combined one. A decimal number right behind those is how long it took, in seconds, as nginx writes {@code $request_time}.
 *
 * @param endSeconds when it ended, in seconds since 1970
 * @param client the client's address
 * @param method of the request
 * @param host as it came; null: the log has none
 * @param target path, and the query if the log has it
 * @param isRounded whether the log tells whole seconds only of when it ended
 * @param seconds how long it took; negative: the log does not say
 * @param headers what the log has of them, by name
 */
public record LoggedRequest(
    double endSeconds,
    String client,
    String method,
    @Nullable String host,
    String target,
    boolean isRounded,
    double seconds,
    Map<String, String> headers) {

  private static final Pattern COMMON = Pattern.compile(
      "(\\S+) \\S+ .*?\\[([^]\\[]+)] \"(\\S+) (\\S+)[^\"]*\" \\d{3} \\S+(?: \"([^\"]*)\""
          + " \"([^\"]*)\")?(?: (\\d+\\.\\d+)\\b)?.*");
  private static final DateTimeFormatter COMMON_TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);
  private static final int TEXT_COLUMNS = 8;

  /** No request takes longer than that: seven days, as long as a whole log may be. */
  private static final double MOST_SECONDS = 7 * 24 * 3_600;

  /** Reads a line; returns null if it is none of a request that was understood. */
  public static @Nullable LoggedRequest read(String line) {
    try {
      LoggedRequest read = anyFormat(line);
      boolean isPossible = read != null && read.seconds <= MOST_SECONDS; // not a number is not
      return isPossible ? read : null;
    } catch (DecodeException
        | DateTimeException
        | NumberFormatException
        | ClassCastException e) { // a line of something else, or cut off
      return null;
    }
  }

  private static @Nullable LoggedRequest anyFormat(String line) {
    if (line.startsWith("{")) {
      return json(new JsonObject(line));
    }
    Matcher common = COMMON.matcher(line);
    return common.matches() ? common(common) : text(line.split(" "));
  }

  private static @Nullable LoggedRequest json(JsonObject line) {
    String time = line.getString("time");
    String method = line.getString("method");
    String path = line.getString("path");
    if (time == null || method == null || path == null) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String agent = line.getString("user_agent");
    if (agent != null) {
      headers.put("user-agent", agent);
    }
    return new LoggedRequest(
        seconds(Instant.parse(time)),
        line.getString("client", "127.0.0.1"),
        method,
        line.getString("host"),
        path,
        false,
        line.getDouble("duration_ms", -1_000.0) / 1_000,
        headers);
  }

  private static @Nullable LoggedRequest text(String[] columns) {
    return columns.length < TEXT_COLUMNS || !columns[4].startsWith("HTTP/")
        ? null
        : new LoggedRequest(
            seconds(Instant.parse(columns[0])),
            columns[1],
            columns[2],
            null,
            columns[3],
            false,
            Double.parseDouble(columns[7]) / 1_000,
            Map.of());
  }

  private static LoggedRequest common(Matcher line) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    put(headers, "referer", line.group(5));
    put(headers, "user-agent", line.group(6));
    String took = line.group(7);
    return new LoggedRequest(
        OffsetDateTime.parse(line.group(2), COMMON_TIME).toEpochSecond(),
        line.group(1),
        line.group(3),
        null,
        line.group(4),
        true,
        took == null ? -1 : Double.parseDouble(took),
        headers);
  }

  private static void put(Map<String, String> headers, String name, @Nullable String value) {
    if (value != null && !value.equals("-")) {
      headers.put(name, value);
    }
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / 1e9;
  }
}
