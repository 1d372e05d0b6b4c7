package dev.lblc.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority of its own and a certificate that it issued, as PEM files. Made by the JDK's keytool. */
record Certificates(Path certificate, Path key, Path trust) {
  private static final String PASSWORD = "changeit";

  /** Makes them in a folder, which is created. */
  static Certificates in(Path folder) throws Exception {
    Files.createDirectory(folder);
    Path authority = folder.resolve("authority.p12");
    Path node = folder.resolve("node.p12");
    Path request = folder.resolve("request");
    Path certificate = folder.resolve("cert.pem");
    Path trust = folder.resolve("ca.pem");
    generate(authority, "CN=authority", "-ext", "bc:c");
    generate(node, "CN=node");
    keytool(node, "-certreq", "-file", request.toString());
    keytool(
        authority,
        "-gencert",
        "-rfc",
        "-infile",
        request.toString(),
        "-outfile",
        certificate.toString());
    keytool(authority, "-exportcert", "-rfc", "-file", trust.toString());
    return new Certificates(certificate, key(node, folder.resolve("key.pem")), trust);
  }

  private static void generate(Path store, String name, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(
        List.of("-genkeypair", "-dname", name, "-keyalg", "EC", "-groupname", "secp256r1"));
    arguments.addAll(List.of(more));
    keytool(store, arguments.toArray(String[]::new));
  }

  private static void keytool(Path store, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-alias", "it", "-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + output);
    }
  }

  private static Path key(Path store, Path file) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream input = Files.newInputStream(store)) {
      keys.load(input, PASSWORD.toCharArray());
    }
    byte[] encoded = keys.getKey("it", PASSWORD.toCharArray()).getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return Files.writeString(
        file, "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
  }
}
