package dev.lblc.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The syntax of strings that are paths of files. */
final class FileSyntax {
  private static final String EXPECTED = "the path of a file";
  private static final String EXPECTED_READABLE = "the path of a readable file";

  /** A file that need not exist. */
  static final Syntax<Path> FILE =
      Syntax.matching(EXPECTED, NameSyntax.VISIBLE).then(EXPECTED, FileSyntax::path);

  static final Syntax<Path> READABLE_FILE = FILE.then(EXPECTED_READABLE, FileSyntax::readable);

  private FileSyntax() {}

  private static Path path(String name) throws SyntaxException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new SyntaxException(EXPECTED);
    }
  }

  private static Path readable(Path file) throws SyntaxException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new SyntaxException(
          EXPECTED_READABLE + "; relative ones start at " + Path.of("").toAbsolutePath());
    }
    return file;
  }
}
