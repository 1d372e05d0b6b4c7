package dev.lblc.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The gateway file, as commands take it. */
final class FileParameter {
  @Parameters(index = "0", paramLabel = "FILE", description = "The gateway's configuration.")
  private @Nullable Path file;

  /** Where the file is; picocli has set it before a command runs. */
  Path path() {
    if (file == null) {
      throw new IllegalStateException("not parsed");
    }
    return file;
  }
}
