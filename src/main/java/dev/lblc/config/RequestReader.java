package dev.lblc.config;

import dev.lblc.scheduler.ServerSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The reader of what the admin port is sent, by the rules of the gateway's file; variables of the environment are not filled in.
 *
 * <p>All methods may be called from any thread, and throw all faults of a text at once.
 */
public final class RequestReader {
  private static final Duration YEAR = Duration.ofDays(365);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private RequestReader() {}

  /** Reads a server, as in the list {@code servers} of a service. */
  public static ServerSpec server(String source, String text) throws ConfigException {
    return read(source, text, body -> ServiceReader.server(body, new UniqueNames()));
  }

  /** Reads what is to be changed of a server. */
  public static ServerChange serverChange(String source, String text) throws ConfigException {
    return read(
        source,
        text,
        body -> body.object(
            Keys.SERVER_CHANGE,
            keys -> new ServerChange(
                number(keys.optional("weight"), ServerSpec.MAX_WEIGHT),
                number(keys.optional("upper"), Integer.MAX_VALUE),
                number(keys.optional("lower"), Integer.MAX_VALUE),
                number(keys.optional("max"), ServerSpec.MAX_WEIGHT))));
  }

  /** Reads how a server is to be drained: the time until its deadline; empty: it has none. */
  public static Optional<Duration> drainDeadline(String source, String text)
      throws ConfigException {
    Duration none = Duration.ZERO;
    Duration read = read(
        source,
        text,
        body -> body.object(
            Keys.DRAIN, keys -> keys.optional("deadline").duration(none, SECOND, YEAR)));
    return Optional.of(read).filter(deadline -> !deadline.equals(none));
  }

  private static <T> T read(String source, String text, Function<Cursor, T> reader)
      throws ConfigException {
    Faults faults = new Faults(source);
    Reading reading = new Reading(faults, new Environment(Map.of()), FileChecks.NONE);
    Cursor root = Cursor.root(JsonText.parse(text, faults), reading);
    T read = reader.apply(root);
    faults.throwIfAny();
    return read;
  }

  private static @Nullable Integer number(Cursor number, int most) {
    int read = number.integer(0, 0, most);
    return number.isPresent() ? read : null;
  }

  /** Returns whether faults are of the text's syntax: it is no JSON. */
  public static boolean isNoJson(List<ConfigError> errors) {
    return errors.stream().anyMatch(error -> !error.path().startsWith(JsonPath.ROOT));
  }
}
