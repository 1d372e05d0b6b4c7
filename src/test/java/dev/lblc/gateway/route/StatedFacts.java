package dev.lblc.gateway.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Facts as a test states them. */
record StatedFacts(
    String method,
    String host,
    String path,
    @Nullable String query,
    List<Map.Entry<String, String>> fields,
    String clientIp,
    @Nullable String sni,
    String pathWithoutParameters)
    implements RequestFacts {

  /** A GET of that target. */
  static StatedFacts of(RequestTarget target) {
    return new StatedFacts(
        "GET",
        "h",
        target.path(),
        null,
        List.of(),
        "192.0.2.1",
        null,
        target.pathWithoutParameters());
  }

  static StatedFacts get(String host, String target) {
    int question = target.indexOf('?');
    return new StatedFacts(
        "GET",
        host,
        question < 0 ? target : target.substring(0, question),
        question < 0 ? null : target.substring(question + 1),
        List.of(),
        "192.0.2.1",
        null,
        question < 0 ? target : target.substring(0, question));
  }

  StatedFacts with(String name, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(fields);
    more.add(Map.entry(name, value));
    return new StatedFacts(method, host, path, query, more, clientIp, sni, pathWithoutParameters);
  }

  StatedFacts by(String other) {
    return new StatedFacts(other, host, path, query, fields, clientIp, sni, pathWithoutParameters);
  }

  StatedFacts sni(String name) {
    return new StatedFacts(
        method, host, path, query, fields, clientIp, name, pathWithoutParameters);
  }

  @Override
  public @Nullable String header(String name) {
    List<String> all = headers(name);
    return all.isEmpty() ? null : all.get(0);
  }

  @Override
  public List<String> headers(String name) {
    return fields.stream()
        .filter(field -> field.getKey().equals(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Override
  public String localIp() {
    return "198.51.100.7";
  }

  @Override
  public @Nullable String tlsSubject() {
    return "CN=client";
  }

  @Override
  public @Nullable String tlsFingerprint() {
    return "00ff";
  }

  @Override
  public @Nullable String tlsSan() {
    return "client.example.com";
  }

  @Override
  public int localPort() {
    return 8080;
  }
}
