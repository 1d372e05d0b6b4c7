package dev.lblc.discovery;

import dev.lblc.discovery.Resolver.Family;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The question for the addresses of one name, in one family or in both.
 *
 * <p>The families are answered one by one. If one of them is not answered, and the other is, the one keeps its last addresses,
 * unless a name server said that there are none. The addresses found are in order, IPv4 first, so that all nodes agree.
 * Confined to the thread of names.
 */
final class Families implements Repeated.Question<List<InetAddress>> {
  private static final Comparator<InetAddress> ORDER = Comparator.comparing(
          (InetAddress address) -> address.getAddress().length)
      .thenComparing(InetAddress::getAddress, Arrays::compareUnsigned);

  private final String name;
  private final Set<Family> families;
  private final Map<Family, Answer<InetAddress>> last = new EnumMap<>(Family.class);

  Families(String name, Set<Family> families) {
    this.name = name;
    this.families = families;
  }

  @Override
  public void ask(Resolver resolver, Consumer<Repeated.Found<List<InetAddress>>> then) {
    Map<Family, Answer<InetAddress>> answers = new EnumMap<>(Family.class);
    for (Family family : families) {
      resolver.addresses(name, family, answer -> {
        answers.put(family, answer);
        if (answers.size() == families.size()) {
          then.accept(together(answers));
        }
      });
    }
  }

  private Repeated.Found<List<InetAddress>> together(Map<Family, Answer<InetAddress>> answers) {
    if (answers.values().stream().allMatch(answer -> answer.problem() != null)) {
      return new Repeated.Found<>(null, 0, problem(answers));
    }
    List<InetAddress> found = new ArrayList<>();
    long ttl = Long.MAX_VALUE;
    for (Map.Entry<Family, Answer<InetAddress>> entry : answers.entrySet()) {
      Answer<InetAddress> answer = entry.getValue();
      if (answer.isCertain()) {
        last.put(entry.getKey(), answer);
      } else {
        ttl = 0; // it is asked again soon
      }
      if (answer.problem() == null) {
        ttl = Math.min(ttl, answer.ttlSeconds());
      }
      found.addAll(last.getOrDefault(entry.getKey(), answer).records());
    }
    return new Repeated.Found<>(found.stream().distinct().sorted(ORDER).toList(), ttl, "");
  }

  /** Returns the problem of the family whose answer says least about the name: that one is worth looking into. */
  private static String problem(Map<Family, Answer<InetAddress>> answers) {
    return answers.values().stream()
        .min(Comparator.comparing(Answer::isCertain))
        .map(Answer::problem)
        .orElseThrow();
  }
}
