package dev.lblc.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server that a command is about.
 *
 * @param file of its gateway; null: not given
 * @param service its service's name
 * @param server its id
 */
record NamedServer(@Nullable Path file, String service, String server) {
  /** Of the arguments {@code [FILE] SERVICE SERVER}; null: they are of another number, or only FILE and another one. */
  static @Nullable NamedServer of(List<String> arguments) {
    return switch (arguments.size()) {
      case 2 ->
        Files.isRegularFile(Path.of(arguments.get(0)))
            ? null
            : new NamedServer(null, arguments.get(0), arguments.get(1));
      case 3 -> new NamedServer(Path.of(arguments.get(0)), arguments.get(1), arguments.get(2));
      default -> null;
    };
  }

  /** Returns the path of the server in the admin API. */
  String path() {
    return AdminClient.server(service, server);
  }

  @Override
  public String toString() {
    return "server " + server + " of service " + service;
  }
}
