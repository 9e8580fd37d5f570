// Calls one function of the completion, once. The arguments are all that it gets; what is expected lies outside of this process.
// Types of arguments and result follow from the function: what cannot cross does not compile.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace r1_call {

struct Json {
    char kind = 'n';  // n null, b boolean, # number, s text, a array, o object
    std::string text;
    std::vector<Json> items;
    std::vector<std::pair<std::string, Json>> members;
};

[[noreturn]] inline void wrong(const char* what) { throw std::invalid_argument(what); }

class Reader {
public:
    explicit Reader(const std::string& text) : text_(text) {}

    Json value() {
        Json found;
        char first = next();
        if (first == '[' || first == '{') {
            found.kind = first == '[' ? 'a' : 'o';
            if (peek() == (first == '[' ? ']' : '}')) { next(); return found; }
            do {
                if (first == '[') { found.items.push_back(value()); continue; }
                next();
                std::string key = string();
                next();
                found.members.emplace_back(key, value());
            } while (next() == ',');
        } else if (first == '"') {
            found.kind = 's';
            found.text = string();
        } else {
            found.text = first;
            while (at_ < text_.size() && std::string(",]} \t\r\n").find(text_[at_]) == std::string::npos) found.text += text_[at_++];
            found.kind = first == 't' || first == 'f' ? 'b' : first == 'n' ? 'n' : '#';
        }
        return found;
    }

private:
    char peek() {
        while (at_ < text_.size() && std::string(" \t\r\n").find(text_[at_]) != std::string::npos) at_++;
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    char next() {
        char found = peek();
        at_++;
        return found;
    }

    unsigned hex() {
        unsigned found = std::stoul(text_.substr(at_, 4), nullptr, 16);
        at_ += 4;
        return found;
    }

    std::string string() {
        std::string found;
        while (text_.at(at_) != '"') {
            char one = text_[at_++];
            if (one != '\\') { found += one; continue; }
            one = text_.at(at_++);
            if (one != 'u') {
                found += one == 'n' ? '\n' : one == 't' ? '\t' : one == 'r' ? '\r' : one == 'b' ? '\b' : one == 'f' ? '\f' : one;
                continue;
            }
            unsigned code = hex();
            if (code >= 0xd800 && code < 0xdc00) {
                at_ += 2;
                code = 0x10000 + ((code - 0xd800) << 10) + (hex() - 0xdc00);
            }
            if (code < 0x80) found += char(code);
            else if (code < 0x800) { found += char(0xc0 | code >> 6); found += char(0x80 | (code & 63)); }
            else if (code < 0x10000) { found += char(0xe0 | code >> 12); found += char(0x80 | (code >> 6 & 63)); found += char(0x80 | (code & 63)); }
            else { found += char(0xf0 | code >> 18); found += char(0x80 | (code >> 12 & 63)); found += char(0x80 | (code >> 6 & 63)); found += char(0x80 | (code & 63)); }
        }
        at_++;
        return found;
    }

    const std::string& text_;
    size_t at_ = 0;
};

template <class T> struct Is { static constexpr bool list = false, set = false, map = false; };
template <class T, class A> struct Is<std::vector<T, A>> { static constexpr bool list = true, set = false, map = false; };
template <class T, class A> struct Is<std::deque<T, A>> { static constexpr bool list = true, set = false, map = false; };
template <class T, class A> struct Is<std::list<T, A>> { static constexpr bool list = true, set = false, map = false; };
template <class... T> struct Is<std::set<T...>> { static constexpr bool list = false, set = true, map = false; };
template <class... T> struct Is<std::multiset<T...>> { static constexpr bool list = false, set = true, map = false; };
template <class... T> struct Is<std::unordered_set<T...>> { static constexpr bool list = false, set = true, map = false; };
template <class... T> struct Is<std::map<T...>> { static constexpr bool list = false, set = false, map = true; };
template <class... T> struct Is<std::unordered_map<T...>> { static constexpr bool list = false, set = false, map = true; };

template <class T, class = void> struct Fixed : std::false_type {};
template <class T> struct Fixed<T, std::void_t<decltype(std::tuple_size<T>::value)>> : std::true_type {};
template <class T> struct Optional : std::false_type {};
template <class T> struct Optional<std::optional<T>> : std::true_type { using Inner = T; };

template <class T> T read(const Json& from);

template <class T, size_t... I> T readFixed(const Json& from, std::index_sequence<I...>) {
    if (from.kind != 'a' || from.items.size() != sizeof...(I)) wrong("another number of items is expected");
    return T{read<std::decay_t<std::tuple_element_t<I, T>>>(from.items[I])...};
}

template <class T> T read(const Json& from) {
    if constexpr (std::is_same_v<T, bool>) {
        if (from.kind != 'b') wrong("a boolean is expected");
        return from.text == "true";
    } else if constexpr (std::is_same_v<T, char>) {
        if (from.kind != 's' || from.text.size() != 1) wrong("a text of one character is expected");
        return from.text[0];
    } else if constexpr (std::is_integral_v<T>) {
        if (from.kind != '#') wrong("a number is expected");
        size_t used = 0;
        if constexpr (std::is_signed_v<T>) {
            long long found = std::stoll(from.text, &used);
            if (used != from.text.size() || found < (long long)std::numeric_limits<T>::min() || found > (long long)std::numeric_limits<T>::max()) wrong("a whole number in range is expected");
            return T(found);
        } else {
            unsigned long long found = std::stoull(from.text, &used);
            if (used != from.text.size() || from.text[0] == '-' || found > (unsigned long long)std::numeric_limits<T>::max()) wrong("a whole number in range is expected");
            return T(found);
        }
    } else if constexpr (std::is_floating_point_v<T>) {
        if (from.kind != '#') wrong("a number is expected");
        return T(std::strtod(from.text.c_str(), nullptr));
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (from.kind != 's') wrong("a text is expected");
        return from.text;
    } else if constexpr (Optional<T>::value) {
        if (from.kind == 'n') return T{};
        return T{read<typename Optional<T>::Inner>(from)};
    } else if constexpr (Is<T>::list || Is<T>::set) {
        if (from.kind != 'a') wrong("an array is expected");
        T found;
        for (const Json& one : from.items) found.insert(found.end(), read<typename T::value_type>(one));
        return found;
    } else if constexpr (Is<T>::map) {
        if (from.kind != 'o') wrong("an object is expected");
        T found;
        for (const auto& one : from.members) {
            Json key;
            key.kind = std::is_arithmetic_v<typename T::key_type> && !std::is_same_v<typename T::key_type, char> ? '#' : 's';
            key.text = one.first;
            found.emplace(read<typename T::key_type>(key), read<typename T::mapped_type>(one.second));
        }
        return found;
    } else {
        static_assert(Fixed<T>::value, "an argument of this type cannot cross");
        return readFixed<T>(from, std::make_index_sequence<std::tuple_size<T>::value>{});
    }
}

inline std::string quoted(const std::string& text) {
    std::string found = "\"";
    for (char one : text) {
        if (one == '"' || one == '\\') { found += '\\'; found += one; }
        else if ((unsigned char)one < 32) { char code[8]; std::snprintf(code, sizeof code, "\\u%04x", one); found += code; }
        else found += one;
    }
    return found + "\"";
}

template <class T> std::string write(const T& value);

template <class T, size_t... I> std::string writeFixed(const T& value, std::index_sequence<I...>) {
    std::string found;
    ((found += (I == 0 ? "" : ",") + write<std::decay_t<std::tuple_element_t<I, T>>>(std::get<I>(value))), ...);
    return "[" + found + "]";
}

template <class T> std::string write(const T& value) {
    if constexpr (std::is_same_v<T, bool>) return value ? "true" : "false";
    else if constexpr (std::is_same_v<T, char>) return quoted(std::string(1, value));
    else if constexpr (std::is_integral_v<T>) return std::to_string(value);
    else if constexpr (std::is_floating_point_v<T>) {
        // The shortest text that reads back as the same number.
        char text[64];
        for (int digits = 1; digits <= std::numeric_limits<T>::max_digits10; digits++) {
            std::snprintf(text, sizeof text, "%.*Lg", digits, (long double)value);
            if (T(std::strtold(text, nullptr)) == value) break;
        }
        return text;
    } else if constexpr (std::is_convertible_v<T, std::string>) return quoted(value);
    else if constexpr (Optional<T>::value) return value ? write<typename Optional<T>::Inner>(*value) : "null";
    else if constexpr (Is<T>::list || Is<T>::set) {
        std::string found;
        if constexpr (Is<T>::set) {
            std::multiset<typename T::value_type> sorted(value.begin(), value.end());
            for (const auto& one : sorted) found += (found.empty() ? "" : ",") + write<typename T::value_type>(one);
        } else {
            for (const auto& one : value) found += (found.empty() ? "" : ",") + write<typename T::value_type>(one);
        }
        return "[" + found + "]";
    } else if constexpr (Is<T>::map) {
        std::string found;
        for (const auto& one : value) {
            std::string key = write<std::decay_t<typename T::key_type>>(one.first);
            found += (found.empty() ? "" : ",") + (key[0] == '"' ? key : quoted(key)) + ":" + write<typename T::mapped_type>(one.second);
        }
        return "{" + found + "}";
    } else {
        static_assert(Fixed<T>::value, "a result of this type cannot cross");
        return writeFixed(value, std::make_index_sequence<std::tuple_size<T>::value>{});
    }
}

template <class F, class R, class... A, size_t... I> std::string apply(F function, const Json& arguments, std::tuple<A...>*, R*, std::index_sequence<I...>) {
    if (arguments.items.size() != sizeof...(A)) wrong("another number of arguments is expected");
    std::tuple<std::decay_t<A>...> values{read<std::decay_t<A>>(arguments.items[I])...};
    if constexpr (std::is_void_v<R>) {
        function(static_cast<A>(std::get<I>(values))...);
        return "null";
    } else {
        return write<std::decay_t<R>>(function(static_cast<A>(std::get<I>(values))...));
    }
}

template <class R, class... A> std::string enter(R (*function)(A...), const Json& arguments) {
    return apply(function, arguments, (std::tuple<A...>*)nullptr, (std::remove_reference_t<R>*)nullptr, std::index_sequence_for<A...>{});
}

template <class C, class R, class... A> std::string enter(R (C::*method)(A...), const Json& arguments) {
    C object{};
    return apply([&](A... given) -> R { return (object.*method)(static_cast<A>(given)...); }, arguments, (std::tuple<A...>*)nullptr, (std::remove_reference_t<R>*)nullptr, std::index_sequence_for<A...>{});
}

template <class C, class R, class... A> std::string enter(R (C::*method)(A...) const, const Json& arguments) {
    C object{};
    return apply([&](A... given) -> R { return (object.*method)(static_cast<A>(given)...); }, arguments, (std::tuple<A...>*)nullptr, (std::remove_reference_t<R>*)nullptr, std::index_sequence_for<A...>{});
}

// Defined after the completion.
std::string dispatch(const std::string& name, const Json& arguments);

}

int main() {
    std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    r1_call::Json request = r1_call::Reader(text).value();
    std::string name, mark;
    r1_call::Json arguments;
    for (const auto& one : request.members) {
        if (one.first == "call") name = one.second.text;
        if (one.first == "mark") mark = one.second.text;
        if (one.first == "args") arguments = one.second;
    }
    std::string result = r1_call::dispatch(name, arguments);
    std::cout.flush();
    std::fflush(stdout);
    std::string line = "\n" + mark + result + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
    return 0;
}
